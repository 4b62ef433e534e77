import { type Severity, severities } from '#contract/statuses'
import { plain } from './words'

/** What other programs call their severities, unless the integration says otherwise. */
const usual: Record<Severity, string[]> = {
  critical: ['critical', 'crit', 'emergency', 'emerg', 'page', 'disaster', 'fatal', 'p1', 'sev1'],
  high: ['high', 'error', 'err', 'major', 'alert', 'p2', 'sev2'],
  medium: ['medium', 'warning', 'warn', 'moderate', 'average', 'minor', 'p3', 'sev3'],
  low: ['low', 'info', 'information', 'informational', 'notice', 'debug', 'none', 'p4', 'p5', 'sev4', 'sev5'],
}
const known = new Map(severities.flatMap((one) => usual[one].map((word) => [word, one] as const)))

export type SeveritySettings = { severity_map: Record<string, Severity>; default_severity: Severity }

/** By the integration's own list, then by the usual words; upper and lower case are the same. Nothing for an unknown word. */
export function severityOf(
  value: unknown,
  { severity_map }: Pick<SeveritySettings, 'severity_map'>,
): Severity | undefined {
  const word = plain(value).trim().toLowerCase()
  const [, own] = Object.entries(severity_map).find(([name]) => name.trim().toLowerCase() === word) ?? []
  return own ?? known.get(word)
}
