export type Way = 'binary' | 'systemd' | 'docker'
export const ways: { value: Way; label: string; about: string }[] = [
  { value: 'binary', label: 'Program', about: 'To try it, or where something else keeps programs running.' },
  { value: 'systemd', label: 'systemd', about: 'A service that starts with the machine, without rights of its own.' },
  { value: 'docker', label: 'Docker', about: 'In a container, from an image built with the Dockerfile of Xinex.' },
]
/** Lines to paste, and what they do. */
export type Step = { label: string; text: string }

const unit = (server: string) => `[Unit]
Description=Xinex prober
After=network-online.target
Wants=network-online.target

[Service]
DynamicUser=yes
LoadCredential=token:/etc/xinex/prober-token
ExecStart=/usr/local/bin/xinex prober --server ${server} --token-file %d/token --data /var/lib/xinex-prober
StateDirectory=xinex-prober
StateDirectoryMode=0700
Restart=always
RestartSec=2
TimeoutStopSec=15
LimitNOFILE=65536
AmbientCapabilities=CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_RAW
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=strict

[Install]
WantedBy=multi-user.target`

const keep = (token: string, file: string) => `(umask 077; printf '%s\\n' '${token}' > ${file})`

/** What makes a machine that has the program a prober. The token never stands on the command line of a process that stays. */
export function joinSteps(way: Way, server: string, token: string): Step[] {
  if (way === 'systemd')
    return [
      {
        label: 'Keep the token where only root can read it',
        text: `sudo mkdir -p /etc/xinex\nprintf '%s\\n' '${token}' | sudo install -m 600 /dev/stdin /etc/xinex/prober-token`,
      },
      {
        label: 'Make the service and start it',
        text: `sudo tee /etc/systemd/system/xinex-prober.service >/dev/null <<'EOF'\n${unit(server)}\nEOF\nsudo systemctl daemon-reload\nsudo systemctl enable --now xinex-prober`,
      },
    ]
  if (way === 'docker')
    return [
      {
        label: 'Keep the token where the container’s user can read it',
        text: `printf '%s\\n' '${token}' | sudo install -m 400 -o 10001 /dev/stdin ./prober-token`,
      },
      {
        label: 'Start the container',
        text: [
          'docker run -d --name xinex-prober --restart always --no-healthcheck --read-only --tmpfs /tmp',
          '  --sysctl net.ipv4.ping_group_range="0 2147483647"',
          '  -v xinex-prober:/data -v "$PWD/prober-token:/run/token:ro"',
          `  xinex prober --server ${server} --token-file /run/token`,
        ].join(' \\\n'),
      },
    ]
  return [
    { label: 'Keep the token in a file of yours', text: keep(token, 'prober-token') },
    { label: 'Start it', text: `xinex prober --server ${server} --token-file prober-token` },
  ]
}

/** How a new token is put in place of the one in use; nothing has to be written anew but the token. */
export function renewSteps(way: Way, token: string): Step[] {
  if (way === 'systemd')
    return [
      {
        label: 'Replace the token and let the service read it',
        text: `printf '%s\\n' '${token}' | sudo install -m 600 /dev/stdin /etc/xinex/prober-token\nsudo systemctl restart xinex-prober`,
      },
    ]
  if (way === 'docker')
    return [
      {
        label: 'Replace the token and start the container anew',
        text: `printf '%s\\n' '${token}' | sudo install -m 400 -o 10001 /dev/stdin ./prober-token\ndocker restart xinex-prober`,
      },
    ]
  return [{ label: 'Replace the token; the prober reads it again by itself', text: keep(token, 'prober-token') }]
}

/** Why the address of this page may not do for a machine elsewhere, or nothing. */
export function addressWarning(server: string): string | undefined {
  const { protocol, hostname } = new URL(server)
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
    return `${hostname} is this machine only. On another one, put the address in by which it reaches this server.`
  if (protocol === 'http:')
    return 'This address is not encrypted: on the way the token and the secrets of monitors could be read.'
  return undefined
}
