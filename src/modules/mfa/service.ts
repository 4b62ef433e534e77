export { renewCodes } from './backup-codes'
export { overview } from './factors'
export { addPasskey, beginPasskey, listPasskeys, removePasskey, renamePasskey } from './passkeys'
export { resetFactors, resetMember } from './reset'
export {
  enterWithCode,
  enterWithPasskey,
  enterWithSecondPasskey,
  passkeyOptions,
  type SignedInNow,
  secondPasskeyOptions,
} from './sign-in'
export { beginTotp, confirmTotp, removeTotp } from './totp'
