import { PushDevices } from '@/features/push'
import { SettingsFrame } from '@/parts/settings-frame'
import { ContactList } from './contact-list'
import { PrefsForm } from './prefs-form'

export const Notifications = () => (
  <SettingsFrame title="Notifications" lead="How and when you are told that something needs you.">
    <div className="space-y-4">
      <ContactList />
      <PushDevices />
      <PrefsForm />
    </div>
  </SettingsFrame>
)
