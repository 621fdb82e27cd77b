-- Fees as money: the 2021 form prints the amount in ten thousand yuan, a cell or a header may print another unit. A 0
-- is 0 in any.
with cells as (
    select * from {{ ref('int_cells') }}
    where table_key = 't2' and row_key = 'fee' and column_key = 'amount'
),

units as (
    select * from {{ ref('units') }}
)

select
    cells.report_key,
    cells.value as amount,
    cells.value_state as amount_state,
    case
        when cells.value = 0 then 0
        else
            try_cast(
                round(try_cast(cells.value as decimal(28, 6)) * cast(units.yuan_factor as bigint), 2) as decimal(20, 2)
            )
    end as amount_yuan
from cells
left join units on cells.printed_unit = units.unit
