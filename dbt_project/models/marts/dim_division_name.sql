with names as (
    select * from {{ ref('int_division_names') }}
)

select
    division_code,
    division_name,
    level,
    full_name,
    valid_to is null as is_current,
    valid_from,
    valid_to,
    successor_codes,
    unit_code
from names
