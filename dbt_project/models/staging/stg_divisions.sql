with source as (
    select * from {{ source('reference_data', 'divisions') }}
)

select
    division_code,
    division_name,
    case length(division_code)
        when 2 then 'province'
        when 4 then 'prefecture'
        when 6 then 'county'
        when 9 then 'township'
    end as level,
    case
        when length(division_code) = 9 then left(division_code, 6)
        when length(division_code) > 2 then left(division_code, length(division_code) - 2)
    end as parent_code,
    short_name,
    pinyin,
    cast(valid_from as integer) as valid_from,
    cast(valid_to as integer) as valid_to,
    successor_codes,
    coalesce(unit_code, division_code) as unit_code
from source
