/** Two hosts in the small: network namespaces with a cable between them, each with a host name of its own. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TwoHosts {
  /** What runs a command on the first host. */
  readonly command: readonly string[];
  /** What mpirun is told of the hosts. */
  readonly options: readonly string[];
  /** Takes the cable out, on the side of the first host. */
  cut(): void;
  /** Ends whatever still runs on either host: without the cable, nobody else reaches it. */
  end(): void;
  remove(): void;
}

/** @returns null where namespaces cannot be made: that takes root, and a kernel that lets it */
export function twoHosts(ranksEach: number): TwoHosts | null {
  const id = process.pid.toString(36);
  const [a, b] = [`adamax-${id}-a`, `adamax-${id}-b`];
  const [va, vb] = [`ax${id}a`, `ax${id}b`];
  const [first, second] = ['10.77.0.1', '10.77.0.2'];
  const end = () => {
    for (const name of [a, b]) {
      const { stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
      for (const pid of stdout.split('\n').filter(Boolean)) {
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // It has ended.
        }
      }
    }
  };
  const remove = () => {
    end();
    // The cable goes with them.
    for (const name of [a, b]) spawnSync('ip', ['netns', 'del', name]);
  };
  const commands = [
    ['netns', 'add', a],
    ['netns', 'add', b],
    ['-n', a, 'link', 'set', 'lo', 'up'],
    ['-n', b, 'link', 'set', 'lo', 'up'],
    ['link', 'add', va, 'type', 'veth', 'peer', 'name', vb],
    ...[
      [a, va, first],
      [b, vb, second],
    ].flatMap(([name, end, address]) => [
      ['link', 'set', end, 'netns', name],
      ['-n', name, 'addr', 'add', `${address}/24`, 'dev', end],
      ['-n', name, 'link', 'set', end, 'up'],
    ]),
  ];
  for (const command of commands) {
    if (spawnSync('ip', command).status === 0) continue;
    remove();
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), 'adamax-hosts-'));
  // It stands for ssh, which mpirun starts with a host and a command. Host names are of a namespace of their own, too.
  const agent = join(folder, 'agent.sh');
  writeFileSync(
    agent,
    `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
host=$1
shift
case "$host" in ${first}) ns=${a} ;; ${second}) ns=${b} ;; *) exit 255 ;; esac
exec ip netns exec "$ns" unshare -u sh -c "hostname $ns; $*"
`,
  );
  chmodSync(agent, 0o755);
  const network = `10.77.0.0/24`;
  return {
    command: ['ip', 'netns', 'exec', a, 'unshare', '-u', 'sh', '-c', `hostname ${a}; exec "$0" "$@"`],
    options: [
      ...['-H', `${first}:${ranksEach},${second}:${ranksEach}`, '--mca', 'plm_rsh_agent', agent],
      ...['--mca', 'btl_tcp_if_include', network, '--mca', 'oob_tcp_if_include', network],
    ],
    cut() {
      spawnSync('ip', ['-n', a, 'link', 'set', va, 'down']);
    },
    end,
    remove() {
      remove();
      rmSync(folder, { recursive: true });
    },
  };
}
