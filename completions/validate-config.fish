# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_validate_config_global_optspecs
    string join \n unit= no-host unlock strict config-only root= profile= allow-remote-rpc log-level= now= format= output= fix list-rules schema config= network= store= json quiet non-interactive yes dry-run lock-timeout= passphrase-from= new-passphrase-from= keyfile= slot= max-kdf-mem= no-kdf-upgrade reason= accept-rollback= exit-codes h/help V/version
end

function __fish_validate_config_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_validate_config_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_validate_config_using_subcommand
    set -l cmd (__fish_validate_config_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c validate-config -n "__fish_validate_config_needs_command" -l unit -d 'A systemd unit, a directory of units, a crontab, a compose file or a file of variables that starts the service' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l root -d 'Examine the image of a host below this directory: --unit, --store, the state directory and every path that the configuration names are paths in the image; CONFIG, --output and files of passphrases are not' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l profile -d 'The profile whose overlay holds' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l log-level -d 'The service is started with this --log-level' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l now -d 'Judge as if it were this time, such as 2027-01-31T12:00:00Z' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l format -d 'How to print: text, json, junit, sarif or nagios' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l output -d 'Write the report to a file as well; can be given several times' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l store -l path -d 'The store to work on' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l keyfile -d 'Open the store with this key file as well' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l slot -d 'Try this keyslot only' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l reason -d 'Why this is done, for the audit log' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c validate-config -n "__fish_validate_config_needs_command" -l no-host -d 'Leave out the rules on this host'
complete -c validate-config -n "__fish_validate_config_needs_command" -l unlock -d 'Open the store and look inside; asks for its passphrase'
complete -c validate-config -n "__fish_validate_config_needs_command" -l strict -d 'Let warnings stop the deployment too'
complete -c validate-config -n "__fish_validate_config_needs_command" -l config-only -d 'Look at no file but the configuration; this is not a deploy gate'
complete -c validate-config -n "__fish_validate_config_needs_command" -l allow-remote-rpc -d 'The service is started with --allow-remote-rpc'
complete -c validate-config -n "__fish_validate_config_needs_command" -l fix -d 'Offer to close modes and to make missing directories; shows the plan and asks'
complete -c validate-config -n "__fish_validate_config_needs_command" -l list-rules -d 'Print all rules'
complete -c validate-config -n "__fish_validate_config_needs_command" -l schema -d 'Print the JSON Schema of the configuration, for editors'
complete -c validate-config -n "__fish_validate_config_needs_command" -l json -d 'Print one JSON object instead of text; errors too'
complete -c validate-config -n "__fish_validate_config_needs_command" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c validate-config -n "__fish_validate_config_needs_command" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c validate-config -n "__fish_validate_config_needs_command" -l yes -d 'Answer yes to every confirmation'
complete -c validate-config -n "__fish_validate_config_needs_command" -l dry-run -d 'Change nothing; print what would be done'
complete -c validate-config -n "__fish_validate_config_needs_command" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c validate-config -n "__fish_validate_config_needs_command" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c validate-config -n "__fish_validate_config_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c validate-config -n "__fish_validate_config_needs_command" -s V -l version -d 'Print version'
complete -c validate-config -n "__fish_validate_config_needs_command" -a "explain" -d 'Say what a rule demands, why, and what mends it'
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l config -d 'Read this configuration file instead of /etc/strongroom/config.toml' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l network -d 'The network whose rules hold: mainnet, testnet or devnet' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l store -l path -d 'The store to work on' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l lock-timeout -d 'How long to wait for another process to finish, such as 10s or 2m (default 30s)' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l passphrase-from -d 'Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l new-passphrase-from -d 'Where a new passphrase comes from' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l keyfile -d 'Open the store with this key file as well' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l slot -d 'Try this keyslot only' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l max-kdf-mem -d 'Most memory for one key derivation, in MiB (default 1024)' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l reason -d 'Why this is done, for the audit log' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l accept-rollback -d 'Accept a store older than this host has seen, and say why' -r
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l json -d 'Print one JSON object instead of text; errors too'
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l quiet -d 'Print no notes and no progress; warnings and errors stay'
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l non-interactive -d 'Never ask; exit 19 lists what is missing'
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l yes -d 'Answer yes to every confirmation'
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l dry-run -d 'Change nothing; print what would be done'
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l no-kdf-upgrade -d 'Leave a keyslot whose key derivation is below today\'s floor as it is'
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -l exit-codes -d 'Print the exit codes and what they mean'
complete -c validate-config -n "__fish_validate_config_using_subcommand explain" -s h -l help -d 'Print help'
