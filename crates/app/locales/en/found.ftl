# What was found by ourselves, and what is wrong with a report of it.
task-open-unfiled = A domain that is not open was seen here
sightings-too-many = A report holds at most 200 domains.
    .fix = Send the others in another report.
sighting-wrong = This cannot be what was seen.
    .fix = A registrable domain in ASCII, each once; a host; a count of one or more; instants in order and not of the future; at most 16 addresses; a source.
task-leads-away = The domain of a website does not lead here any more
