/** The library of SAML, once somebody needs it: it takes 20 MB that an appliance without single sign-on keeps. */
export const saml = () => import('./saml')
