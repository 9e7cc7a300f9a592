# Adding sites or accesses to what is filed.

subject-in-other-account = The subject is filed here in another account.
    .fix = Sign in to that account, or ask us to move the filing.
field-as-filed = This is as filed and cannot be changed with this order.
    .fix = Where it must change, the applicant files a change first.
number-not-told = The ministry did not tell the filing number, so nothing can be reported yet.
    .fix = Try again later; where it is still missing, please contact us.
