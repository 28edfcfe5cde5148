# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_key_rotate_global_optspecs
    string join \n config= network= store= json quiet non-interactive yes dry-run lock-timeout= passphrase-from= new-passphrase-from= keyfile= slot= max-kdf-mem= no-kdf-upgrade reason= accept-rollback= exit-codes h/help V/version
end

function __fish_key_rotate_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_key_rotate_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_key_rotate_using_subcommand
    set -l cmd (__fish_key_rotate_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c key-rotate -n "__fish_key_rotate_needs_command" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -s V -l version -d 'Print version'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "key" -d 'Keys: make, show, use, give up'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "use" -d 'Count uses of a key that happened elsewhere'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "status" -d 'Show every key: its versions over time, when it is due, and why'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "check" -d 'Is any key due? For a monitor'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "due" -d 'Is there something to rotate? For ExecCondition='
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "run-due" -d 'Rotate what is due and may be rotated unattended; say nothing when there is nothing to do'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "plan" -d 'Show what a rotation would do, and why'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "rotate" -d 'Give keys new versions: all of them in one commit, or none'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "history" -d 'Show what happened to a key, and verify it'
complete -c key-rotate -n "__fish_key_rotate_needs_command" -f -a "proof" -d 'Continuity proofs: that each version of a key was chosen by whoever had the one before'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -s h -l help -d 'Print help'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "create" -d 'Make a key from randomness; it is active at once'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "import" -d 'Take a private key that was made elsewhere: 32 bytes, 64 hexadecimal digits, or a wrapped key'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "derive" -d 'Derive a key from a wrap key of the store with HKDF'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "list" -d 'List the keys of a store'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "show" -d 'Show a key with all its versions'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "tree" -d 'Show which key comes from which, and which vouches for which'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "export" -d 'Write a key to an encrypted file of its own, for another store or for a safe'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "export-public" -d 'Print the public half of a key'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "sign" -d 'Sign a message; the use is counted first'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "verify" -d 'Verify a signature with a version of a key: exit 0 if it holds, 1 if it does not'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and not __fish_seen_subcommand_from create import derive list show tree export export-public sign verify destroy" -f -a "destroy" -d 'Give a key up for good: no version is active any more, and every private half is removed'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l kind -d 'ed25519, x25519, secp256k1 or symmetric-32' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l role -d 'identity, encryption, signing, wallet, signed-prekey, one-time-prekey, wrap, mac or recovery' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l kind -d 'ed25519, x25519, secp256k1 or symmetric-32' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l role -d 'identity, encryption, signing, wallet, signed-prekey, one-time-prekey, wrap, mac or recovery' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l from -d 'Where the private key comes from: prompt, stdin, fd:N, file:PATH, cred:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l wrapped -d 'A file that key-rotate key export wrote' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l archive-passphrase-from -d 'Where the passphrase of the wrapped key comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l from-key -d 'The key that it is derived from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l label -d 'What it is for' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l kind -d 'ed25519, x25519, secp256k1 or symmetric-32' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l role -d 'identity, encryption, signing, wallet, signed-prekey, one-time-prekey, wrap, mac or recovery' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l hash -d 'sha256 (default), sha384 or sha512' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from derive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from tree" -s h -l help -d 'Print help'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l out -d 'The new file' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l archive-passphrase-from -d 'Where the passphrase of the wrapped key comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l wrapped -d 'Encrypt the key under a passphrase of its own: the only form there is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l version-number -d 'This version instead of the active one' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l form -d 'hex (default), fingerprint, did or address' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from export-public" -s h -l help -d 'Print help'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l in -d 'The message: a file, or - for standard input' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l digest -d 'A digest of 32 bytes in hexadecimal, instead of a message (secp256k1 only)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l scheme -d 'ed25519, schnorr, ecdsa, hmac-sha256, hmac-sha384 or hmac-sha512; the usual one of the key' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from sign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l signature -d 'The signature in hexadecimal' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l version-number -d 'This version instead of the active one' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l in -d 'The message: a file, or - for standard input' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l digest -d 'A digest of 32 bytes in hexadecimal, instead of a message (secp256k1 only)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l scheme -d 'ed25519, schnorr, ecdsa, hmac-sha256, hmac-sha384 or hmac-sha512; the usual one of the key' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand key; and __fish_seen_subcommand_from destroy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l key -d 'The key' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l add -d 'How many uses' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand use" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l trust -d 'The key that signs the store: 64 hexadecimal digits, or a fingerprint sha256:...' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l inventory -d 'Look at an inventory that secrets-admin inventory export wrote, instead of a store' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l now -d 'Judge as if it were this time, such as 2027-01-31T12:00:00Z' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l trust -d 'The key that signs the store: 64 hexadecimal digits, or a fingerprint sha256:...' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l inventory -d 'Look at an inventory that secrets-admin inventory export wrote, instead of a store' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l now -d 'Judge as if it were this time, such as 2027-01-31T12:00:00Z' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l format -d 'The form of the answer: nagios (default), text or json' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l metrics-file -d 'Replace this file with metrics for Prometheus; its name ends in .prom' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l key -d 'Ask about this key only, or about secret:LABEL' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l trust -d 'The key that signs the store: 64 hexadecimal digits, or a fingerprint sha256:...' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l inventory -d 'Look at an inventory that secrets-admin inventory export wrote, instead of a store' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l now -d 'Judge as if it were this time, such as 2027-01-31T12:00:00Z' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand due" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand run-due" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l trust -d 'The key that signs the store: 64 hexadecimal digits, or a fingerprint sha256:...' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l inventory -d 'Look at an inventory that secrets-admin inventory export wrote, instead of a store' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l now -d 'Judge as if it were this time, such as 2027-01-31T12:00:00Z' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l all -d 'Every key, and every secret of [rotation.secrets]'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l due -d 'Every key and secret that is due'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l all -d 'Every key, and every secret of [rotation.secrets]'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -s h -l help -d 'Print help'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -f -a "export" -d 'Write the proofs of a key to a new file, for those who know an older version'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and not __fish_seen_subcommand_from export verify" -f -a "verify" -d 'Follow the proofs of a file from a key that is trusted; needs no store'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l out -d 'The new file' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l trust -d 'A public key that is trusted: its hexadecimal digits, sha256: fingerprint or did:key' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l key -d 'The key that the proof must be about' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l version-number -d 'The version that it must lead to' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l after -d 'The number of the last link that was seen before: an older file is refused' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l store -l path -d 'The store to work on' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l keyfile -d 'Open the store with this key file as well' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l slot -d 'Try this keyslot only' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l reason -d 'Why this is done, for the audit log' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l json -d 'Print one JSON object instead of text; errors too'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l yes -d 'Answer yes to every confirmation'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l dry-run -d 'Change nothing; print what would be done'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c key-rotate -n "__fish_key_rotate_using_subcommand proof; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
