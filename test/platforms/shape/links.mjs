import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness.mjs';

/**
 * Links of README.md that lead nowhere where it is shown without the repository. An address is not called.
 * @param files - of the package
 */
export function brokenLinks(files) {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  const inline = prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g);
  const named = prose.matchAll(/^\[[^\]]+\]: *(\S+)/gm);
  const html = prose.matchAll(/\b(?:src|srcset|href)="([^"\s]+)"/g);
  const anchors = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => `#${slug(heading)}`));
  return [...inline, ...named, ...html]
    .map(([, target]) => target)
    .filter((target) => {
      if (target.startsWith('#')) return !anchors.has(target);
      return !/^(https:|mailto:)/.test(target) && !files.includes(target.replace(/^\.\//, '').replace(/#.*/, ''));
    });
}

/** What a heading can be linked by. */
function slug(heading) {
  const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '');
  return words.replaceAll(' ', '-');
}
