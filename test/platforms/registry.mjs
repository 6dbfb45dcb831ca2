/**
 * A registry of packages on this machine alone, so that installers meet the package as they will when it is published:
 * `prepare` of a file, for one, is a matter for npm's warnings, and that of a published package is not. It is a process
 * that serves the tarballs named as its arguments until its standard input ends, and prints its address.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);

/** @returns its address; it ends with this process */
export async function startRegistry(tarballs) {
  const server = spawn(process.execPath, [here, ...tarballs], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [address] = await once(server.stdout.setEncoding('utf8'), 'data');
  return address.trim();
}

function serve(tarballs) {
  const packages = new Map(tarballs.map((path) => read(path)).map((one) => [one.manifest.name, one]));
  const server = createServer((request, response) => {
    const [name, isFile] = decodeURIComponent(request.url.slice(1)).split('/-/');
    const found = packages.get(name);
    if (found === undefined) response.writeHead(404).end();
    else if (isFile) response.end(found.bytes);
    else response.end(JSON.stringify(packument(found, `http://${request.headers.host}`)));
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}/\n`));
  process.stdin.on('end', () => process.exit(0)).resume();
}

function read(path) {
  const { stdout } = spawnSync('tar', ['xzOf', path, 'package/package.json'], { encoding: 'utf8' });
  return { manifest: JSON.parse(stdout), bytes: readFileSync(path) };
}

/** What registries say of a package: its versions, and where they are. */
function packument({ manifest, bytes }, address) {
  const { name, version } = manifest;
  const dist = {
    tarball: `${address}/${name}/-/${name}-${version}.tgz`,
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    shasum: createHash('sha1').update(bytes).digest('hex'),
  };
  // Some installers take no version that is only some hours old.
  const time = { [version]: '2020-01-01T00:00:00.000Z' };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } }, time };
}

if (process.argv[1] === here) serve(process.argv.slice(2));
