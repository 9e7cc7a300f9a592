# Adding sites and accesses.

error-type-found = The type of filing is known now, and what is filed was written into the order. Please read it again, then submit.
problem-type-found = The type of filing was found
problem-detail-type-found = What is filed was written into the order: read it again, check it, then submit.
