// Writes everything under src/generated. Also the preload of `bun test`: cheap when nothing changed.
import { generateAssets } from './gen-assets'
import { generateMigrations } from './gen-migrations'

generateMigrations()
generateAssets()
