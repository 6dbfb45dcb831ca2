import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { script } from '../app.mjs';
import { installed, run } from '../harness.mjs';

let made;

/** Two folders with the package and the training in them: one whose path is plain, and one whose path is not. */
export function folders() {
  made ??= { plain: withTraining('plain'), odd: withTraining('sp ace ünï') };
  return made;
}

function withTraining(name) {
  const folder = installed(name);
  cpSync(script, join(folder, 'training.mjs'));
  return folder;
}

/**
 * Makes a folder read-only for one command, whoever runs it: the superuser may write where the mode of files forbids
 * it.
 * @returns what gives the arguments of `run`, or null where the system forbids such mounts
 */
export function readOnly(folder) {
  const mount =
    'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0" && ! touch x 2>/dev/null && exec "$@"';
  const command = (program, args) => {
    return ['unshare', ['--map-root-user', '--mount', 'sh', '-c', mount, folder, program, ...args], { cwd: folder }];
  };
  return run(...command('true', [])).code === 0 ? command : null;
}
