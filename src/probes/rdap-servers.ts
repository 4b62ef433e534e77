/**
 * Which RDAP server answers for which top-level domain: an excerpt of IANA's bootstrap file (RFC 9224,
 * https://data.iana.org/rdap/dns.json) with the country codes and the generic domains in common use. `{tld}` stands for
 * the domain itself. Others are asked by WHOIS, or by the address in the settings.
 */
const SERVERS: Record<string, string> = {
  'https://rdap.identitydigital.services/rdap/':
    'academy accountants aero agency ai apartments army asia attorney auction band bike bingo bio black blue bm ' +
    'boutique broker builders business cab cafe camera camp capital cards care careers cash casino catering ' +
    'center chat cheap church city claims cleaning clinic clothing coach codes coffee community company computer ' +
    'condos construction consulting contact contractors cool coupons credit creditcard cruises dance data dating ' +
    'deals degree delivery democrat dental dentist diamonds digital direct directory discount doctor dog domains ' +
    'education email energy engineer engineering enterprises equipment estate events exchange expert exposed ' +
    'express fail family farm finance financial fish fitness flights florist football forsale fund furniture ' +
    'futbol fyi gallery games gifts glass global gmbh gold golf graphics gratis green gripe group guide guru haus ' +
    'healthcare hockey holdings holiday hospital house immo immobilien industries info institute insure ' +
    'international investments irish jetzt jewelry kaufen kim kitchen land lawyer lease legal life lighting ' +
    'limited limo live llc loans ltd maison management market marketing media memorial mobi moda money mortgage ' +
    'movie mu navy network news ninja organic partners parts pet photography photos pictures pink pizza place ' +
    'plumbing plus poker post pro productions promo properties pub recipes red rehab reise reisen rentals repair ' +
    'report republican restaurant reviews rip rocks run sale salon sarl school schule services shiksha shoes ' +
    'shopping show singles ski soccer social software solar solutions studio style supplies supply support ' +
    'surgery systems tax taxi team technology tennis theater tienda tips tires today tools tours town toys ' +
    'trading training travel university vacations vegas ventures vet viajes video villas vin vision vote voto ' +
    'voyage watch wine works world wtf zone',
  'https://rdap.nic.{tld}/':
    'ad ar beer biz boston buzz casa cat club cooking courses cr cricket cv cx cz date design download earth eus ' +
    'faith fashion fishing fit fr gal garden gay gs health hn horse ink law loan luxe ly madrid men menu miami ml ' +
    'moe ms museum nf nyc one osaka paris party photo pm quebec racing radio re review rodeo science sd sport ss ' +
    'stream study surf sydney tattoo tel tf trade tv vi vip vodka voting webcam wedding wf wiki win work xxx yoga ' +
    'yt zm',
  'https://rdap.centralnic.com/{tld}/':
    'art auto baby beauty best blog build cars college cyou fans fm fo frl fun game gd gent guitars hair help ' +
    'homes host hosting icu inc lat lol london luxury makeup mom monster motorcycles online pics press protection ' +
    'pw quest rent ruhr saarland sbs security site skin space storage store tech theatre tickets uno vg viva ' +
    'website xyz yachts',
  'https://pubapi.registry.google/rdap/':
    'app boo channel dad day dev esq foo google how ing meme mov new nexus page phd prof search soy zip',
  'https://rdap.gmoregistry.net/rdap/': 'kyoto nagoya okinawa ryukyu shop tokyo yokohama',
  'https://rdap.publicinterestregistry.org/rdap/': 'charity foundation gives giving ngo ong org',
  'https://whois.uniregistry.net/rdap/': 'click country gift juegos link property sexy trust',
  'https://rdap.nominet.uk/{tld}/': 'jobs pn talk uk wales',
  'https://rdap.registry.{tld}/rdap/': 'bar cloud coop hiphop love',
  'https://rdap.ryce-rsp.com/rdap/': 'cologne koeln tirol wien',
  'https://rdap.nic.{tld}/rdap/': 'feedback lifestyle living',
  'https://rdap.{tld}.fury.ca/rdap/': 'eco kiwi',
  'https://rdap.nic.{tld}/v1/': 'berlin hamburg',
  'https://rdap.registry.click/rdap/': 'observer realty',
  'https://rdap.registry.{tld}/': 'ec gy',
  'https://rdap.verisign.com/{tld}/v1/': 'com net',
  'https://rdap.zdnsgtld.com/{tld}/': 'top wang',
  'https://tld-rdap.verisign.com/{tld}/v1/': 'cc name',
  'http://rdap.cctld.kg/': 'kg',
  'https://flexireg.net/moscow/rdap/': 'moscow',
  'https://keetmans.omadhina.co.na/': 'na',
  'https://rdap.ca.fury.ca/rdap/': 'ca',
  'https://rdap.cctld.uz/': 'uz',
  'https://rdap.fi/rdap/rdap/': 'fi',
  'https://rdap.hostmaster.ua/': 'ua',
  'https://rdap.iana.org/': 'int',
  'https://rdap.isnic.is/rdap/': 'is',
  'https://rdap.kenic.or.ke/': 'ke',
  'https://rdap.lbdr.org.lb/': 'lb',
  'https://rdap.norid.no/': 'no',
  'https://rdap.pandi.id/rdap/': 'id',
  'https://rdap.register.si/': 'si',
  'https://rdap.registro.br/': 'br',
  'https://rdap.registry.bar/rdap/': 'rest',
  'https://rdap.registryservices.music/rdap/': 'music',
  'https://rdap.ricta.org.rw/': 'rw',
  'https://rdap.sidn.nl/': 'nl',
  'https://rdap.thains.co.th/': 'th',
  'https://whois.kyregistry.ky/rdap/': 'ky',
  'https://whois.tznic.or.tz/rdap/': 'tz',
}

const byTld = new Map(
  Object.entries(SERVERS).flatMap(([server, tlds]) =>
    tlds.split(' ').map((tld): [string, string] => [tld, server.replace('{tld}', tld)]),
  ),
)

/** The base address of the RDAP server for a domain, ending in a slash; undefined where the table has none. */
export const rdapServerOf = (domain: string): string | undefined => byTld.get(domain.slice(domain.lastIndexOf('.') + 1))
