import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `vite build` writes plain files to `node_modules/.build`; `cargo xtask web` compresses them into `dist/`, which the server
// carries. `vite dev` works beside a running server: `cargo run` in another terminal.
export default defineConfig({
  base: '/playground/',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: 'node_modules/.build',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is put inline that the Content-Security-Policy would have to allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Monaco is one large chunk; that is known.
    chunkSizeWarningLimit: 8_000,
  },
  server: {
    proxy: {
      '/graphql': { target: 'http://127.0.0.1:8080', ws: true },
      '/playground/setup.json': 'http://127.0.0.1:8080',
      '/playground/token': 'http://127.0.0.1:8080',
    },
  },
});
