address-malformed = This is no IPv4 address.
    .fix = Write it like 203.0.113.5.
