import { SettingsFrame } from '@/parts/settings-frame'

export function Security() {
  return <SettingsFrame title="Security">{null}</SettingsFrame>
}
