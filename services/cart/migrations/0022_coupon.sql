-- The code the shopper gave. What it is worth, and whether it still is, only the order service knows.
alter table carts add coupon_code text check (length(coupon_code) <= 40);
