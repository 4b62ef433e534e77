export { ChannelForm } from './form'
export { ChannelList } from './list'
