# The frame of the pages and the small pieces
brand = Beian
skip = Skip to content
colon = {": "}
nav-main = Main
nav-orders = My orders
nav-resources = Cloud resources
nav-lookup = Filing look-up
nav-account = Account
nav-queue = Waiting for review
nav-ledger = Reporting
nav-audit = Audit
nav-accounts = Accounts
nav-demo-messages = Demo messages
log-in = Log in
log-out = Log out
register = Register
other-language = 中文
aside-label = More about it
choose = Please choose
optional = optional
change = Change
not-given = Not given
ready-values = You can use:{" "}
copy = Copy
copied = Copied
print = Print
reveal = Reveal
more = Show more
back = Back
yes = Yes
no = No
error-summary-count =
    { $n ->
        [one] 1 thing needs mending
       *[other] { $n } things need mending
    }
tone-ok = Right
tone-wait = Take note
tone-stop = Needs mending
tone-info = Please confirm
when-done = done
when-now = in progress
when-coming = to come
segments-label = { $done } of { $all } steps done
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
date-long = { $weekday } { $day } { $month }
date-with-time = { $date }, { $time }
duration-days =
    { $days ->
        [1] 1 day
       *[other] { $days } days
    } { $hours } h
duration-hours = { $hours } h { $minutes } min
duration-minutes = { $minutes } min
viewer-label = Papers
viewer-empty = No papers yet
viewer-zoom-in = Closer
viewer-zoom-out = Wider
viewer-rotate = Turn
viewer-original = Original
