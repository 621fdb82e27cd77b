with source as (
    select * from {{ source('curation', 'overrides') }}
)

select * from source
