# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_wallet_backup_global_optspecs
    string join \n config= network= store= json quiet non-interactive yes dry-run lock-timeout= passphrase-from= new-passphrase-from= keyfile= slot= max-kdf-mem= no-kdf-upgrade reason= accept-rollback= exit-codes h/help V/version
end

function __fish_wallet_backup_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_wallet_backup_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_wallet_backup_using_subcommand
    set -l cmd (__fish_wallet_backup_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -s V -l version -d 'Print version'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "create" -d 'Make an encrypted archive of a store, its audit log, the configuration and named files'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "verify" -d 'Check every byte of archives'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "drill" -d 'Rehearse a restore of an archive, in memory'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "diff" -d 'Say what has changed in a store since an archive of it was made'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "restore" -d 'Bring an archive back into a new directory'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "list" -d 'List archives: of each store the newest first'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "inspect" -d 'Show what an archive holds'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "prune" -d 'Remove old archives of a store, never the last that is known to be good'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "export" -d 'Export what is in an archive as an age file'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "import" -d 'Read a backup record or a ritual of Codomyrmex, and say what it cannot give back'
complete -c wallet-backup -n "__fish_wallet_backup_needs_command" -f -a "status" -d 'Say whether backups and rehearsed restores of a store are fresh'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l out -d 'Where the archive is written: a file that must not exist, a directory in which it gets a name, or - for a pipe; without it the first of backup.dirs' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l archive-passphrase-from -d 'Where the archive\'s passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l archive-keyfile -d 'The archive\'s keyfile, if it was made with one' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l extra-passphrase-from -d 'Another passphrase that opens the archive too, such as one that lies in a safe' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l no-config -d 'Leave the configuration out'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l archive-passphrase-from -d 'Where the archive\'s passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l archive-keyfile -d 'The archive\'s keyfile, if it was made with one' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l resume -d 'Remember in this file which archives were found genuine, and go on after them when the command was interrupted' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l structure-only -d 'Check only what needs no passphrase'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l archive-passphrase-from -d 'Where the archive\'s passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l archive-keyfile -d 'The archive\'s keyfile, if it was made with one' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand drill" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l archive-passphrase-from -d 'Where the archive\'s passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l archive-keyfile -d 'The archive\'s keyfile, if it was made with one' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l archived-store-passphrase-from -d 'Where the passphrase of the store in the archive comes from, if it was changed since' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l to -d 'The new directory' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l archive-passphrase-from -d 'Where the archive\'s passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l archive-keyfile -d 'The archive\'s keyfile, if it was made with one' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l store-only -d 'Only the store and its audit log'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l archive-passphrase-from -d 'Where the archive\'s passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l archive-keyfile -d 'The archive\'s keyfile, if it was made with one' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l keep-last -d 'Keep the newest so many' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l keep-daily -d 'Keep the newest of each of so many days' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l keep-weekly -d 'Keep the newest of each of so many weeks' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l keep-monthly -d 'Keep the newest of each of so many months' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l archive-passphrase-from -d 'Where the archive\'s passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l archive-keyfile -d 'The archive\'s keyfile, if it was made with one' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l out -d 'The new file' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l recipient -d 'A public key that will open it: age1…' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l age-passphrase-from -d 'Where the passphrase that will open it comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l archive-passphrase-from -d 'Where the archive\'s passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l archive-keyfile -d 'The archive\'s keyfile, if it was made with one' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l age -d 'As age; the one form there is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l confirm -d 'Where a key comes from that may be the one of the record' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l max-age -d 'Oldest backup that is fresh (default backup.max_age, else 7d)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l max-drill-age -d 'Oldest rehearsed restore that is fresh (default backup.max_drill_age, else 30d)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l now -d 'What time it is, for rehearsals' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l metrics-file -d 'Replace this file with metrics for Prometheus; its name ends in .prom' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l store -l path -d 'The store to work on' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l keyfile -d 'Open the store with this key file as well' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l slot -d 'Try this keyslot only' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l reason -d 'Why this is done, for the audit log' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l json -d 'Print one JSON object instead of text; errors too'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l yes -d 'Answer yes to every confirmation'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l dry-run -d 'Change nothing; print what would be done'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c wallet-backup -n "__fish_wallet_backup_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
