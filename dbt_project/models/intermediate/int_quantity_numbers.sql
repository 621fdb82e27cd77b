-- Quantities in the order of their names: the order in which files of quantities are written.
with quantities as (
    select quantity from {{ ref('metric_quantities') }}
    union
    select 'prose.' || quantity as quantity from {{ ref('int_prose_figures') }}
)

select
    cast(row_number() over (order by quantity) - 1 as usmallint) as quantity_no,
    quantity
from quantities
order by quantity_no
