# Asking about a domain: what registry and resolvers tell.

domain-registered = registered on
domain-expires = ends on
domain-statuses = states
domain-registrar = registrar
domain-holder = holder
domain-verified = holder verified
domain-nameservers = name servers
domain-untold = not published
domain-unregistered = not registered
domain-unknown = registration: not known
domain-leads-nowhere = leads nowhere
domain-agree = the resolvers agree
domain-told-by = told by { $who }
domain-silent = { $who } { $why }
domain-answer-yes = yes
domain-answer-no = no
domain-answer-unknown = not known
domain-why-timed-out = did not answer in time
domain-why-unreachable = could not be reached
domain-why-refused = refused to answer
domain-why-garbled = gave an answer that is cut or contradicts itself
domain-why-no-server = does not exist
