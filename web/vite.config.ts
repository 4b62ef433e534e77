import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const api = process.env.XINEX_DEV_API ?? 'http://127.0.0.1:3000'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwind()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    // The WebSocket checks the Origin against the host it was asked by, so the host is passed on as it is.
    proxy: { '/api': { target: api, ws: true }, '/health': api, '/s/': api },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The first versions with light-dark(): https://developer.mozilla.org/docs/Web/CSS/color_value/light-dark
    target: ['chrome123', 'firefox121', 'safari17.5'],
    modulePreload: { polyfill: false },
    // The content security policy allows fonts from files only, not from data: addresses.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // Without it every shared component becomes a file and a request of its own.
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules\/(react\/|react-dom\/|scheduler\/|@tanstack\/(?!react-virtual|virtual-core))/,
              priority: 3,
            },
            {
              name: 'kit',
              test: /node_modules\/(@base-ui|@floating-ui)\/|web\/src\/(ui|parts)\//,
              // Every page waits for this file: only what most of them have in common.
              minShareCount: 14,
              priority: 2,
            },
            { name: 'icons', test: /node_modules\/lucide-react\//, priority: 1 },
          ],
        },
      },
    },
  },
})
