export { IncidentDetail } from './detail'
export { IncidentList } from './list'
