const ways: Record<string, string> = {
  password: 'with a password',
  passkey: 'with a passkey',
  saml: 'through single sign-on',
  google: 'through Google',
  github: 'through GitHub',
  microsoft: 'through Microsoft',
  apple: 'through Apple',
  oidc: 'through OpenID Connect',
  ldap: 'through the directory',
  header: 'through the proxy',
}

/** How a session was begun: `with a password and a second factor`. A passkey that was unlocked is both by itself. */
export function methodOf({ method, mfa }: { method: string; mfa: boolean }): string {
  const way = ways[method] ?? `through ${method}`
  return mfa && method === 'password' ? `${way} and a second factor` : way
}
