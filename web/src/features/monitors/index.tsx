export { MonitorDetail } from './detail'
export { MonitorForm } from './form'
export { MonitorList } from './list'
