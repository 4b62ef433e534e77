import { Type as t } from '@sinclair/typebox'
import { readAlerts } from './alertmanager'
import { labelFields, type Provider } from './define'

// https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
export const grafana: Provider = {
  type: 'grafana',
  title: 'Grafana',
  summary: 'A contact point of type webhook: alerting rules open incidents and close them',
  settings: t.Object(labelFields),
  enter: (origin, key) => [
    { title: 'URL of the contact point', value: `${origin}/api/v1/integrations/grafana/${key}` },
    {
      title: 'The same, with the key as Authorization Header of scheme Bearer, or as password',
      value: `${origin}/api/v1/integrations/grafana`,
    },
  ],
  read: readAlerts,
}
