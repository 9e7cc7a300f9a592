# The provider's own address ranges.

ip-compared = Bureau { $bureau }: the addresses of sites are compared with what is filed.
ip-not-compared = Bureau { $bureau }: nothing that can carry a site is filed here yet, so the addresses of sites are not compared.
ip-counts = { $lines } line(s), { $sound } sound, { $saved } saved as drafts
