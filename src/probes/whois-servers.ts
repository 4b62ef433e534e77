/** Knows of every top-level domain where it is asked about (`refer:`); for those not in the table. */
export const IANA = 'whois.iana.org'

/** WHOIS servers of top-level domains that are common and have no RDAP server, as IANA's database names them. */
const SERVERS: Record<string, string> = {
  'whois.afilias-grs.info': 'bz gi lc vc',
  'whois.nic.{tld}': 'ac bj bo ci cl ec fr gd io ir kz la lv mg mu mx nf ng re sh sm so tf tl tm tv ve vg wf yt',
  'whois.auda.org.au': 'au',
  'whois.aeda.net.ae': 'ae',
  'whois.cctld.by': 'by',
  'whois.cnnic.cn': 'cn',
  'whois.denic.de': 'de',
  'whois.dns.be': 'be',
  'whois.dns.hr': 'hr',
  'whois.dns.lu': 'lu',
  'whois.dns.pt': 'pt',
  'whois.dns.pl': 'pl',
  'whois.domreg.lt': 'lt',
  'whois.eu': 'eu',
  'whois.gg': 'gg je',
  'whois.hkirc.hk': 'hk',
  'whois.iis.se': 'se',
  'whois.iis.nu': 'nu',
  'whois.isoc.org.il': 'il',
  'whois.jprs.jp': 'jp',
  'whois.kr': 'kr',
  'whois.mynic.my': 'my',
  'whois.nic.at': 'at',
  'whois.nic.ch': 'ch li',
  'whois.nic.google': 'app dev page',
  'whois.nic.hu': 'hu',
  'whois.nic.it': 'it',
  'whois.nic.me': 'me',
  'whois.nic.org.uy': 'uy',
  'whois.nic.us': 'us',
  'whois.nixiregistry.in': 'in',
  'whois.nominet.uk': 'uk',
  'whois.punktum.dk': 'dk',
  'whois.publicinterestregistry.org': 'org',
  'whois.registry.co': 'co',
  'whois.register.bg': 'bg',
  'whois.registro.br': 'br',
  'whois.rnids.rs': 'rs',
  'whois.rotld.ro': 'ro',
  'whois.sgnic.sg': 'sg',
  'whois.sk-nic.sk': 'sk',
  'whois.irs.net.nz': 'nz',
  'whois.tcinet.ru': 'ru su',
  'whois.tld.ee': 'ee',
  'whois.trabis.gov.tr': 'tr',
  'whois.twnic.net.tw': 'tw',
  'whois.verisign-grs.com': 'com net',
  'whois.weare.ie': 'ie',
}

const byTld = new Map(
  Object.entries(SERVERS).flatMap(([server, tlds]) =>
    tlds.split(' ').map((tld): [string, string] => [tld, server.replace('{tld}', tld)]),
  ),
)

/** The WHOIS server of a domain's registry; that of IANA, which refers to it, where the table has none. */
export const whoisServerOf = (domain: string) => byTld.get(domain.slice(domain.lastIndexOf('.') + 1)) ?? IANA

/** Some servers want to be told that it is a domain, or in which language to answer. */
const QUESTIONS: Record<string, (domain: string) => string> = {
  'whois.denic.de': (domain) => `-T dn,ace ${domain}`,
  'whois.jprs.jp': (domain) => `${domain}/e`,
  'whois.verisign-grs.com': (domain) => `domain ${domain}`,
}

/** What one line is sent to a server to ask for a domain. */
export const whoisQuestion = (server: string, domain: string) => QUESTIONS[server]?.(domain) ?? domain
