/** Lets the kernel start programs for arm64 by QEMU, so that tests may start processes as they do elsewhere. */
import { existsSync, writeFileSync } from 'node:fs';
import { run } from '../harness.mjs';

const folder = '/proc/sys/fs/binfmt_misc';
const name = 'adamax-aarch64';

/** An ELF file of 64 bits, little-endian, a program or shared object, for AArch64; a mask says which bits count. */
const magic = '\\x7f\\x45\\x4c\\x46\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00';
const mask = '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff';

/**
 * Registers QEMU unless such programs start already, which takes root.
 * @param starts - tells whether a program for arm64 starts
 * @returns { works, undo }: undo() takes back what this has registered
 */
export function startByQemu(starts) {
  const nothing = () => {};
  if (starts()) return { works: true, undo: nothing };
  const mounted = !existsSync(`${folder}/register`) && run('mount', ['-t', 'binfmt_misc', 'none', folder]).code === 0;
  const undo = () => {
    // What is written to the entry of a format removes it.
    if (existsSync(`${folder}/${name}`)) writeFileSync(`${folder}/${name}`, '-1');
    if (mounted) run('umount', [folder]);
  };
  try {
    const qemu = run('sh', ['-c', 'command -v qemu-aarch64-static']).stdout.trim();
    // F: the emulator is opened now, and found whatever a program takes for its root.
    writeFileSync(`${folder}/register`, `:${name}:M::${magic}:${mask}:${qemu}:F`);
  } catch {
    undo();
    return { works: false, undo: nothing };
  }
  return { works: starts(), undo };
}
