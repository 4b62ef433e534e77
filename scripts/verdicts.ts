// Writes docs/verdicts.md from the rows of the comparison. A test fails while they differ.
import { page } from '../test/verdicts/page'
import { writeIfChanged } from './write'

writeIfChanged('docs/verdicts.md', page())
