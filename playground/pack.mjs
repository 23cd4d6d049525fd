// Compresses what `vite build` has made (`node_modules/.build`) into what the server carries (`dist/`).
//
//   node pack.mjs           writes dist/
//   node pack.mjs --check   compares: fails, and names the files, when dist/ is not what the sources make
//
// What is compared is what is inside: two versions of zlib compress the same bytes differently.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const build = join(here, 'node_modules/.build');
const dist = join(here, 'dist');

/** The files below a folder, by path from it. */
function files(folder, from = folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path, from) : [relative(from, path)];
  });
}

/** Files with their hash in their name are compressed; the page itself is read as it is. */
const isPacked = (path) => path.startsWith('assets/');

const wanted = new Map(
  files(build).map((path) => [isPacked(path) ? `${path}.gz` : path, readFileSync(join(build, path))]),
);
if (!wanted.has('index.html')) throw new Error('there is nothing in node_modules/.build: run `vite build`');

if (process.argv.includes('--check')) {
  const kept = new Map(
    files(dist).map((path) => {
      const bytes = readFileSync(join(dist, path));
      return [path, path.endsWith('.gz') ? gunzipSync(bytes) : bytes];
    }),
  );
  const paths = [...new Set([...wanted.keys(), ...kept.keys()])].sort();
  const stale = paths.filter((path) => !kept.get(path) || !wanted.get(path)?.equals(kept.get(path)));
  for (const path of stale) console.error(`playground/dist/${path}: not what the sources make`);
  if (stale.length > 0) process.exit(1);
  console.log(`playground/dist: ${paths.length} files, up to date`);
} else {
  rmSync(dist, { recursive: true, force: true });
  let size = 0;
  for (const [path, bytes] of wanted) {
    const packed = isPacked(path.replace(/\.gz$/, '')) ? gzipSync(bytes, { level: 9 }) : bytes;
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    writeFileSync(join(dist, path), packed);
    size += packed.length;
  }
  console.log(`playground/dist: ${wanted.size} files, ${Math.round(size / 1024)} KiB`);
}
