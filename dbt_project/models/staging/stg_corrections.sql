with source as (
    select * from {{ source('curation', 'corrections') }}
)

select * from source
