import { expect, test } from 'bun:test'
import { isBelow } from '#sign-in/ldap-text'

const groups = 'ou=groups,dc=example,dc=com'

test('a group is below its place, however that is written', () => {
  for (const dn of [`cn=ops,${groups}`, 'CN=Ops, OU=Groups , DC=example,DC=com', `cn=a\\,b,${groups}`, groups])
    expect([dn, isBelow(dn, groups)]).toEqual([dn, true])
})

test('a comma that belongs to the name of a group is no step below', () => {
  const others = [
    'cn=x\\,ou=groups,dc=example,dc=com',
    'cn=ops,cn=x\\,ou=groups,dc=example,dc=com',
    'cn=ops,dc=com',
    'dc=com',
  ]
  for (const dn of others) expect([dn, isBelow(dn, groups)]).toEqual([dn, false])
})
