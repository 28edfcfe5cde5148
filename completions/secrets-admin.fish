# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_secrets_admin_global_optspecs
    string join \n config= network= store= json quiet non-interactive yes dry-run lock-timeout= passphrase-from= new-passphrase-from= keyfile= slot= max-kdf-mem= no-kdf-upgrade reason= accept-rollback= exit-codes h/help V/version
end

function __fish_secrets_admin_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_secrets_admin_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_secrets_admin_using_subcommand
    set -l cmd (__fish_secrets_admin_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -s V -l version -d 'Print version'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "init" -d 'Make a new, empty store for a network (mainnet unless stated)'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "set" -d 'Store a value under a name'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "get" -d 'Print the value of a secret, alone and exactly'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "list" -d 'List the names of the secrets in a store'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "remove" -d 'Remove a secret with all its versions'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "passphrase" -d 'Change the passphrase of a keyslot'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "keyslot" -d 'The ways in which a store can be opened'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "data-key" -d 'The key under which the secrets are encrypted'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "inventory" -d 'The signed facts that may be read without a passphrase'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "state" -d 'What this host remembers of a store'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "info" -d 'Show what a store says of itself; needs no passphrase'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "verify" -d 'Check every byte of a store: signature, header, payload, and each sealed value'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "convert" -d 'Write the secrets of one store into a new file of another format'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "check" -d 'Check that a store meets the policy of its network: exit 0 when it does, 1 when it does not'
complete -c secrets-admin -n "__fish_secrets_admin_needs_command" -f -a "audit" -d 'The record of what was done with a store'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l format -d 'The format of the file' -r -f -a "strongroom\t'strongroom\'s own'
igra\t'Igra\'s secrets.bin'"
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l kdf -d 'Cost of the key derivation: m=KIB,t=N,p=N (default: m=262144,t=3,p=1 on mainnet)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l label -d 'A name for the first keyslot' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l calibrate -d 'Pick memory for about one second of key derivation on this host, never below the network\'s floor'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l generate -d 'Make a passphrase of 7 random words and show it once on the terminal'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l from -d 'Where the value comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l expect -d 'Check the value before it is stored' -r -f -a "bip39\t'A BIP-39 mnemonic of 12 to 24 English words'
hex32\t'32 bytes as 64 hexadecimal digits; stored as the 32 bytes'
utf8\t'Text'"
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l keep -d 'How many versions to keep, the new one included' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l note -d 'A remark, kept encrypted beside the value' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l expires -d 'When the value should no longer be used, such as 2027-01-31T00:00:00Z' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l strip-newline -d 'Cut one line break off the end of the value'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l encoding -d 'How the value is written' -r -f -a "utf8\t'The bytes as they are; in JSON they must be text'
hex\t'Lower-case hexadecimal'
base64\t'Base64 with padding (RFC 4648)'"
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l out -d 'Write the value to a new file of mode 0600' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l version-number -d 'Take this version instead of the newest' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l reveal -d 'Show the value although standard output is a terminal'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l long -d 'Show versions, times and remarks too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand list" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and not __fish_seen_subcommand_from change" -f -a "change" -d 'Give the keyslot that the old passphrase opens a new one'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l kdf -d 'Cost of the key derivation: m=KIB,t=N,p=N' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l new-keyfile -d 'The keyfile that goes with the new passphrase; without it --keyfile stays' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l slot-passphrase-from -d 'Passphrase of another keyslot that is to be kept: ID=SPEC, such as 1=file:recovery.pass' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l drop-slots -d 'Keyslots that may be dropped, since their passphrases are not at hand' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l generate -d 'Make a new passphrase of 7 random words and show it once on the terminal'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l compromised -d 'The old passphrase is known to somebody else: take a new data key, signing key and audit root'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l drop-keyfile -d 'Open with the new passphrase alone from now on'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand passphrase; and __fish_seen_subcommand_from change" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -f -a "list" -d 'List the keyslots with their labels'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -f -a "add" -d 'Add a keyslot with a passphrase of its own'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and not __fish_seen_subcommand_from list add revoke" -f -a "revoke" -d 'Revoke a keyslot: the store gets a new data key, signing key and audit root'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l label -d 'What the keyslot is for, such as "recovery"' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l kdf -d 'Cost of the key derivation: m=KIB,t=N,p=N' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l new-keyfile -d 'A keyfile that the new keyslot needs beside its passphrase' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l generate -d 'Make a passphrase of 7 random words and show it once on the terminal'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l slot-passphrase-from -d 'Passphrase of another keyslot that is to be kept: ID=SPEC, such as 1=file:recovery.pass' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l drop-slots -d 'Keyslots that may be dropped, since their passphrases are not at hand' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand keyslot; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and not __fish_seen_subcommand_from rotate" -f -a "rotate" -d 'Encrypt everything under a new data key'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l slot-passphrase-from -d 'Passphrase of another keyslot that is to be kept: ID=SPEC, such as 1=file:recovery.pass' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l drop-slots -d 'Keyslots that may be dropped, since their passphrases are not at hand' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l new-store-key -d 'Make a new store signing key and audit root too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand data-key; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -f -a "export" -d 'Write the signed inventory to a new file, for a monitoring user who may not read the store'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and not __fish_seen_subcommand_from export pin" -f -a "pin" -d 'Make this host trust the store\'s signing key; needs the passphrase'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l out -d 'The new file' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand inventory; and __fish_seen_subcommand_from pin" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and not __fish_seen_subcommand_from accept-clock" -f -a "accept-clock" -d 'Take the current time as the truth after the clock was wrong'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand state; and __fish_seen_subcommand_from accept-clock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand info" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l structure-only -d 'Check only what needs no passphrase: structure and signature'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l out -d 'The new file' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l to -d 'The format of the new file' -r -f -a "strongroom\t'strongroom\'s own'
igra\t'Igra\'s secrets.bin'"
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l rename -d 'Give a secret another name on the way: OLD=NEW' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l kdf -d 'Cost of the key derivation: m=KIB,t=N,p=N' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l generate -d 'Make a passphrase of 7 random words for the new file and show it once on the terminal'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l claims-only -d 'Ask for no passphrase: rely on the signed claims'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l strict -d 'Let warnings fail the check too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -s h -l help -d 'Print help'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -f -a "verify" -d 'Check every record: none changed, none missing, none added'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -f -a "show" -d 'Show records'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -f -a "head" -d 'Show the number and MAC of the last record'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -f -a "rotate" -d 'Keep the log\'s file under another name and go on in a new one'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -f -a "anchor" -d 'Write the number and MAC of the last record down outside the log'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -f -a "export" -d 'Export records as lines of JSON'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -f -a "repair" -d 'Accept that records are lost, and go on'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -f -a "watch" -d 'Watch the log: its mode, its owner, that it grows, and what is added'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and not __fish_seen_subcommand_from verify show head rotate anchor export repair watch detect" -f -a "detect" -d 'Search the records for signs of misuse'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l log -d 'Read these files instead of the log of the store, oldest first' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l anchor -d 'Hold the log against what `audit anchor` wrote into this file' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l structure-only -d 'Check only what needs no passphrase'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l log -d 'Read these files instead of the log of the store, oldest first' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l event -d 'Only this event, such as secret.get; a * at its end stands for anything' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l name -d 'Only what was done to this secret, slot or key' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l since -d 'Only from this time on: 2026-11-22, 2026-11-22T03:00:00Z, or 24h for a day ago' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l until -d 'Only before this time' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l actor -d 'Only what this user did: a login name or a number' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l phase -d 'Only this phase: intent, done, denied or error' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l last -d 'Show only the last N of them (default 1000)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l log -d 'Read these files instead of the log of the store, oldest first' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from head" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l max-size -d 'Only when the file is larger than this, such as 100M' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l max-age -d 'Only when the first record in the file is older than this, such as 30d' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l log -d 'Read these files instead of the log of the store, oldest first' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l to -d 'Where to: stdout, syslog, or file:PATH, which is appended to (default stdout)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from anchor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l log -d 'Read these files instead of the log of the store, oldest first' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l event -d 'Only this event, such as secret.get; a * at its end stands for anything' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l name -d 'Only what was done to this secret, slot or key' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l since -d 'Only from this time on: 2026-11-22, 2026-11-22T03:00:00Z, or 24h for a day ago' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l until -d 'Only before this time' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l actor -d 'Only what this user did: a login name or a number' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l phase -d 'Only this phase: intent, done, denied or error' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l format -d 'The form of a line: json or igra' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l out -d 'Write into this new file of mode 0600' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l accept-loss -d 'Why the loss is accepted, for the log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from repair" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l log -d 'Read these files instead of the log of the store, oldest first' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l interval -d 'How long to wait between two looks (default 1h)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l once -d 'Look once'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l log -d 'Read these files instead of the log of the store, oldest first' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l event -d 'Only this event, such as secret.get; a * at its end stands for anything' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l name -d 'Only what was done to this secret, slot or key' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l since -d 'Only from this time on: 2026-11-22, 2026-11-22T03:00:00Z, or 24h for a day ago' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l until -d 'Only before this time' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l actor -d 'Only what this user did: a login name or a number' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l phase -d 'Only this phase: intent, done, denied or error' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l burst -d 'So many failed unlocks are a burst (default 5)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l within -d 'If they fall within this time (default 10m)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l hours -d 'When the store may be used, in UTC, such as 06:00-22:00 (default always)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l lease -d 'For how long a store belongs to the host that used it last (default 10m)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l compromised -d 'A key that nobody may use any more, or since a time: NAME or NAME@TIME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l format -d 'The form of the answer: text, json or nagios' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l store -l path -d 'The store to work on' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l keyfile -d 'Open the store with this key file as well' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l slot -d 'Try this keyslot only' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l reason -d 'Why this is done, for the audit log' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l json -d 'Print one JSON object instead of text; errors too'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l yes -d 'Answer yes to every confirmation'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l dry-run -d 'Change nothing; print what would be done'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c secrets-admin -n "__fish_secrets_admin_using_subcommand audit; and __fish_seen_subcommand_from detect" -s h -l help -d 'Print help (see more with \'--help\')'
