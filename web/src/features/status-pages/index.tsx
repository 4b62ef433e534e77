export { StatusPageForm } from './form'
export { StatusPageList } from './list'
