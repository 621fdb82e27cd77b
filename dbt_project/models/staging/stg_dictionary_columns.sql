with source as (
    select * from {{ source('dictionary', 'dictionary_columns') }}
)

select * from source
