import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { worker } from './scripts/worker.mjs'

const server = process.env.AIRIS_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [svelte(), worker()],
  build: { target: 'es2022', sourcemap: false, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/api': server,
      '/openai': server,
      '/ollama': server,
      '/ws': { target: server, ws: true },
    },
  },
})
