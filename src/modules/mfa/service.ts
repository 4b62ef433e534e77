export { resetFactors } from './reset'
