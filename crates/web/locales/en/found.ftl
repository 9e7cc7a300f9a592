# Tasks of what was found by ourselves.
todo-found = found by us
todo-evidence = What was seen
todo-kind-open-unfiled = Open without a filing
todo-do-open-unfiled = This domain is not open here, and yet it was asked for at our addresses. A host is what a client claims: look first whether the domain resolves to one of the addresses below and who of our customers holds it. If it runs here, close the website or have it filed or its access added; then say what was done. The task closes by itself when the domain opens, and opens again when the domain is seen again.
todo-ended-no-longer-so = It is no longer so: the platform closed the task by itself.
told-host = Host
told-count = How often
told-first-seen = First seen
told-last-seen = Last seen
told-addresses = Our addresses
told-sources = Where it was seen
told-word-nginx = access log of nginx
told-word-haproxy = log of HAProxy
told-word-envoy = access log of Envoy
told-word-dns-log = log of DNS queries
told-word-dnstap = dnstap
told-word-capture = packets
