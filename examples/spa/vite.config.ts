import { defineConfig } from 'vite';

export default defineConfig({
  server: { proxy: { '/graphql': { target: process.env.TIDINGS_URL ?? 'http://127.0.0.1:8080', ws: true } } },
});
