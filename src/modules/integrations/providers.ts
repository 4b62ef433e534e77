import { alertmanager } from './alertmanager'
import type { Provider } from './define'
import { generic } from './generic'
import { grafana } from './grafana'
import { opsgenie } from './opsgenie'
import { pagerduty } from './pagerduty'

/** To add one: its file, and its name here. */
export const providers: Provider[] = [alertmanager, grafana, pagerduty, opsgenie, generic]
export const providerOf = (type: string): Provider | undefined => providers.find((one) => one.type === type)
