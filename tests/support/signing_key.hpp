// A key to sign notifications with in tests, so that none of them waits for a new one to be made.
#pragma once

#include "squire/engine/broker.hpp"
#include "squire/engine/registry.hpp"

namespace squire::test {

inline constexpr const char* kPrivateKey = R"(-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAJZHQtSYcXYWS
Usd4RR8Ez92qjmjfnJldX0BpQruJcHT/yzmXByJwU/EsKjpdWSpeb1ed3iUbbfkj
0r5VKAmzmfy5lBWUdaHTnSixfryDQD+8LbuauGNO2cj34SHwfjwZFMIn/vKK39Vd
wQyUPpsoB0w1q+ny8pCKsUG/ty6NICKaYGSPcP4ODk3hjYzz/0cgS8oDvBbAnCJG
dk18CpcUOn5Li68gDAqqhc0GxxRTPHVx456iNxsI7f8hOTcVJbINknIFIDBNFfdY
0tHS0QLxghJwdmbOPXVJ3DJ3vvDexLlq3Jcld3LBGgPCgxNpjb6LYbLkX1FXz9MG
G4XCrjWhAgMBAAECggEAANv/+Z0xzAJ0Eg0Ixk7opucER9qR+XY8uf96RG5A6IRX
uIcQ3U4U11PRJdef3xCxJAYfDRV/vmWYIiRcUCgNb5ncx1ec9enc3P4t7W+p4NxP
UQdksp0RGNH7Ccg7a73HVvyPKu03r7cAy9GSmqvEvRvjbbXu4F1QryLXrqSTzOG7
TbDTaAGfaJy/kZFXDcrdRgOu832nwZX5Evra4TVfNV8SdJ6pcxoiwoo0eJhAqKkJ
dRqsKzAqRhqRrcFEo/CLnq/aT7DpDj6sNxpgdUVroTGqmxqQrNjm/WInxzNeYMV5
Ss7M0ZacsbFH2RCdwOulhrSBe509X7mwTRYeveIbhQKBgQD2nGNPGzzqWPwx0BXe
jEbmU/bTSDjr8gS33mqRFwQOzdzIiOd5z+N886QNH2kWZhtulJbnijo9oeFK2zSV
RpSDwNJjTGUqlZvR2XHD+58IBATfhHUCfg0c85VwfBzXtQLkoOVWf2SzPcDjZdWm
5HG18NX3EoXWIWS7H9FWI+0jpQKBgQDHdlfAWLnlzu/FSal6FcXv9cGC9N01Hd55
8zvBa7GMpcvEra1MXbhxz69NY0qOWTe2F6SmELqezOBP3odz6XCimBVaSlUEqwfO
3xKsm3Rxm4yoaeu17opn7WxZx3/E6xUfwMY2e+TOxPkZO2GeOx45UzLIR5nu7SiN
5ztjrsP5TQKBgBp1/VHnokmi8qyFn1MZyiG8sKdLAJCQj2ELRHP8/Dp6bE44Il43
qDkoC1o9HJGCsz7SQr7lXgpu7DWT/7hkslrQvcJZ2CERnH6Pzl0xCodZpww0sjlq
PQ32NPq01oNusLjHatQ1JyD0Z1X+/0XBDVJwXQT9v86SFrTdXSDZCgDhAoGBAICP
jXXDemZd3/s4RE0VNZQ5wXVn4CA5VUki9lPv1uuBfXoSO02qZpSsuR/XLJnddWQf
jxceVzq9cKLqGkIip1+VSMX+fRfaKNk0vLOWKxKCoMF4K94ClyDvTdP8GyVQJDho
Jxm89zgyix+xP3UeQ5fNQUEHrXbrUyVLceMJJPVNAoGAauT+xKfCxRYEAUqWjsxe
yrbpC/v+1JatdJ/V3AURMSeAczofXI1X5kboTURFbFifKmCUvRMygrpttHWei9WI
1Dn7zqPWX9Cb41sea9tR4j3/c5+8ONd7x6ET2WqD/o4vay48p2j3KqzkHSXkkuaV
iMCjERerv+qmud5ClNAPFBU=
-----END PRIVATE KEY-----
)";

inline constexpr const char* kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIDGzCCAgOgAwIBAgIUQX7Ng+p88xhll5je84tNH9IGmu0wDQYJKoZIhvcNAQEL
BQAwHDEaMBgGA1UEAwwRc25zLmFtYXpvbmF3cy5jb20wIBcNMjYxMTIzMTA0MzA2
WhgPMjA1NjExMTUxMDQzMDZaMBwxGjAYBgNVBAMMEXNucy5hbWF6b25hd3MuY29t
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwCWR0LUmHF2FklLHeEUf
BM/dqo5o35yZXV9AaUK7iXB0/8s5lwcicFPxLCo6XVkqXm9Xnd4lG235I9K+VSgJ
s5n8uZQVlHWh050osX68g0A/vC27mrhjTtnI9+Eh8H48GRTCJ/7yit/VXcEMlD6b
KAdMNavp8vKQirFBv7cujSAimmBkj3D+Dg5N4Y2M8/9HIEvKA7wWwJwiRnZNfAqX
FDp+S4uvIAwKqoXNBscUUzx1ceOeojcbCO3/ITk3FSWyDZJyBSAwTRX3WNLR0tEC
8YIScHZmzj11Sdwyd77w3sS5atyXJXdywRoDwoMTaY2+i2Gy5F9RV8/TBhuFwq41
oQIDAQABo1MwUTAdBgNVHQ4EFgQUZjl+bjnzAn0eSxG2x3Ch1PTNcbAwHwYDVR0j
BBgwFoAUZjl+bjnzAn0eSxG2x3Ch1PTNcbAwDwYDVR0TAQH/BAUwAwEB/zANBgkq
hkiG9w0BAQsFAAOCAQEARbDzptpsr2gO9ji3xaCRuEApTf4yZho8DcpSH+YUZMOB
Z5Iwlw6ZiBqJplhBmyMKPlYSnhUkcLv5YFxcN59feewm9kRDjBWX4IZRJCwgvZAU
itzGnpn79GPDIBTl0Q4TGdVMcCl+lJOkfMMFDKE6akk57vloTGmYj9GCdCwVYf1m
ni2Oio0+wEYzg7G2mrIEACz4gr00Z7PJqAtBvGw6Y7lLJyyMEBGAvv6IPgoLvJQo
3Kkp0JbBmneqw9KE2xYIfvuVxYo5EzkZeR8Y/vwuZDeERwF9/DfXaJzAhV9Z+jUD
AGKnCdrDwlE2mARXrVfKnNlsGbEqW2Prz90fBDtNhA==
-----END CERTIFICATE-----
)";

inline void install_signing_key(engine::Broker& broker) {
  const auto attributes = [](const engine::StringMap*) -> Result<engine::StringMap> {
    return engine::StringMap{{"PrivateKey", kPrivateKey}, {"Certificate", kCertificate}};
  };
  static_cast<void>(
      broker.store<engine::Registry>().edit(engine::RegistryRow::Kind::SigningKey, "", attributes));
}

}  // namespace squire::test
