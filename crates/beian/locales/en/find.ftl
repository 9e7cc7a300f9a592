# beian find: what is open without a filing.

find-source-nginx = nginx
find-source-haproxy = haproxy
find-source-envoy = envoy
find-source-dns-log = query log
find-source-dnstap = dnstap
find-source-capture = packets
find-sum = read { $read }, of which { $passed } say nothing of a host; sightings: { $open } of open domains, { $closed } of closed ones, { $unlisted } of unlisted ones, { $nameless } of no domain, { $elsewhere } at addresses that are not ours
find-overflow = { $count } sightings found no room: { $most } domains are kept (--most)
find-taken = the platform opened { $opened } tasks, extended { $extended }, and holds { $fine } domains for open
find-lost = { $count } domains could not be reported to the platform
