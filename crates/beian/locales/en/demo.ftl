# The demonstration: what its terminal and its websites say.

part-authority = sandbox authority
part-platform = platform
part-platform-2 = second platform process
part-origin = demo website
part-gateway = gateway

demo-folder = Data is kept in { $folder }
demo-first = First start: making the database, the keys and the demonstration's accounts …
demo-again = Going on with the data of the last start
demo-starting = Starting the { $part } …
demo-ready = The { $part } is ready ({ $seconds } s)
demo-died = The { $part } ended unexpectedly ({ $how }); its log ends with:
demo-restarted = The { $part } was started again
demo-stopping = Stopping …
demo-stopped = The { $part } has stopped
demo-bye = Everything has stopped. Start again to go on; the data is in { $folder }

demo-title = The Beian demonstration is running
demo-platform = Filing console (applicants, first review)
demo-messages = Message box (the demonstration's mail and text messages)
demo-authority = Sandbox authority (text messages, check, desk, public look-up)
demo-gateway = Gateway: where domains without a filing are stopped
demo-gateway-try = Try: curl -i -H 'Host: { $domain }' { $url }
demo-websites = The websites' own files are in { $folder }
demo-accounts = Accounts, all with the password { $password }
demo-stop = Ctrl-C stops everything; the data is kept.

role-applicant = applicant
role-reviewer = reviewer
role-supervisor = supervisor
role-administrator = administrator
role-auditor = auditor

origin-heading = This is { $domain }
origin-text = A website of the demonstration, behind the gateway. You can see it, so the domain is open.
origin-unfiled = No filing number yet

case-valid = { $file }: well formed ({ $id }, { $sites } sites)
case-wrong = { $file }: cannot be used
case-no-picture = there is no picture { $path }; give its path from the folder of the case file, or write "generated"
case-no-before = there is no case { $path }; give its path from the folder of this case file

demo-provider = Yunling Cloud (demo)
demo-neighbour = Neighbour Cloud (sample)
demo-bureau = Sandbox authority
