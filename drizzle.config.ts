import { defineConfig } from 'drizzle-kit'

/** Only for `bunx drizzle-kit generate`, which drafts the SQL of a new migration; the appliance applies migrations itself. */
export default defineConfig({
  dialect: 'turso',
  schema: './src/db/schema',
  out: './.build/drizzle',
  casing: 'snake_case',
})
