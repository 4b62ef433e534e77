import { SettingsFrame } from '@/parts/settings-frame'
import { PushDevices } from '.'

export const Notifications = () => (
  <SettingsFrame title="Notifications" lead="Where you are told when something needs you.">
    <PushDevices />
  </SettingsFrame>
)
